-- When the wrong codes that came for a device are forgiven. It is here, and not
-- in memory, so that several processes and restarts give no more guesses.

alter table mfa_device add column guessed bigint not null default 0;
