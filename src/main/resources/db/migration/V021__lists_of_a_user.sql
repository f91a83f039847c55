-- For what a user takes along, and for what is forgotten with them.
create index event_audience_of_user on event_audience (user_id, event_id);
create index draw_entries_of_user on draw_entries (user_id, event_id);
