-- How often what a user signs in with was changed: a login that was verified before a change opens no session after it.
alter table users add column credentials_version integer not null default 0;
