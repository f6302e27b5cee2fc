-- Gives the log of an exchange that has not ended to another pod, under the next epoch, with a full idle time.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] stream   KEYS[4] streams
-- ARGV[1] the old owner   ARGV[2] the new owner   ARGV[3] stream
-- ARGV[4] idle time, ms   ARGV[5] the longest life of a log, ms   ARGV[6] how many seqs to skip
-- If the same pod took it from the same owner before, returns the same again, since the first answer may have been lost.
-- Returns { epoch, requests, the seq before the next one, entries }; nil: no such log, it has ended, or its owner is another.

if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local state = redis.call('HMGET', KEYS[2], 'o', 'e', 'q', 'd', 'f')
local isOurs = state[1] == ARGV[2] and state[5] == ARGV[1]
if state[4] or (state[1] ~= ARGV[1] and not isOurs) then return false end
local epoch = tonumber(state[2] or 1) + (isOurs and 0 or 1)
local time = redis.call('TIME')
local last = redis.call('HINCRBY', KEYS[2], 'n', isOurs and 0 or ARGV[6])
redis.call('HSET', KEYS[2], 'o', ARGV[2], 'e', epoch, 'f', ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('ZADD', KEYS[4], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4], ARGV[3])
redis.call('PEXPIRE', KEYS[4], ARGV[5])
return { epoch, state[3], last, redis.call('XRANGE', KEYS[3], '-', '+') }
