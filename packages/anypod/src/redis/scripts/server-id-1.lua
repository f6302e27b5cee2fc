-- Names the server process that has a key. After a failover or a restart it is another one.
--
-- KEYS[1] any key
-- Returns its run id.

return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
