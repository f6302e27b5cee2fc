-- Replaces the record of a session that its client had not initialized.
--
-- KEYS[1] session
-- ARGV[1] record before (JSON)   ARGV[2] record after (JSON)
-- Returns the session's field names (among them the pods that cache it); empty: no such session; 0: its record is another one already.

local record = redis.call('HGET', KEYS[1], 'r')
if not record then return {} end
if record ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'r', ARGV[2])
return redis.call('HKEYS', KEYS[1])
