-- Replaces the run of a lost pod by a new run.
--
-- KEYS[1] call
-- ARGV[1] the lost run   ARGV[2] run   ARGV[3] pod   ARGV[4] how long to keep it, ms
-- Returns 1, or 0: it has ended, or another pod was faster.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] ~= ARGV[1] or call[2] then return 0 end
redis.call('HSET', KEYS[1], 'r', ARGV[2], 'o', ARGV[3])
redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
