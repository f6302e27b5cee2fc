-- Sets a session's log level.
--
-- KEYS[1] session
-- ARGV[1] level
-- Returns the session's field names (among them the pods that cache it); empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('HSET', KEYS[1], 'l', ARGV[1])
return redis.call('HKEYS', KEYS[1])
