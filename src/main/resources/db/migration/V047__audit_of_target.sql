-- What was done to somebody or something, newest first: the staff filters by it, and people take along what was done to them.
create index audit_log_of_target on audit_log (target, id) where target is not null;
