-- What one pair of leaders is said to have spoken about: topics first, then words of the sentences. Change the names,
-- in the order of the alphabet.
SELECT kind, word, contacts, first_on, last_on
FROM mart.agenda_words
WHERE leader = 'Emmanuel Macron' AND counterpart = 'Vladimir Putin'
ORDER BY kind, contacts DESC, word
LIMIT 100;
