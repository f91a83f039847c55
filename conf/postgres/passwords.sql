-- Gives the roles of roles.sql their passwords, from the environment of psql (14 or later).
\getenv migrator MIGRATOR_PASSWORD
\getenv app APP_PASSWORD
alter role couponrush_migrator password :'migrator';
alter role couponrush_app password :'app';
