-- Articles with these words, the sentences about contacts first; add since =>, until =>, leader => or most => to narrow.
SELECT published_on, outlet, title, found_in, snippet, participants, url
FROM mart.search('spoke OR "phone call"', leader => 'putin', most => 20);
