-- Names the server process that has a key: another after a failover or a restart.
--
-- KEYS[1] any key
-- Returns its run id.

return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
