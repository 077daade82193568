-- Edges of the network of leaders, for Gephi, networkx or a spreadsheet: one row for each pair, weighted by contacts.
SELECT source, target, leader, counterpart, weight, calls, meetings, first_on, last_on
FROM mart.network_edges
ORDER BY weight DESC, leader, counterpart;
