-- Gives the log of an exchange that has not ended to another pod, under the next epoch, with a full idle time.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] stream   KEYS[4] streams
-- ARGV[1] the owner it is taken from   ARGV[2] the new owner   ARGV[3] stream
-- ARGV[4] idle time, ms   ARGV[5] the longest life of a log, ms
-- Returns { epoch, requests, the last seq, entries }; nil: no such log, it has ended, or its owner is another.

if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local state = redis.call('HMGET', KEYS[2], 'o', 'e', 'q', 'n', 'd')
if state[1] ~= ARGV[1] or state[5] then return false end
local epoch = tonumber(state[2] or 1) + 1
local time = redis.call('TIME')
redis.call('HSET', KEYS[2], 'o', ARGV[2], 'e', epoch)
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('ZADD', KEYS[4], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4], ARGV[3])
redis.call('PEXPIRE', KEYS[4], ARGV[5])
return { epoch, state[3], tonumber(state[4]), redis.call('XRANGE', KEYS[3], '-', '+') }
