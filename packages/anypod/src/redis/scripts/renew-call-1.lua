-- Keeps a running call for longer.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] how long, ms
-- Returns 1, or 0: it has ended, or belongs to another run.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] ~= ARGV[1] or call[2] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
