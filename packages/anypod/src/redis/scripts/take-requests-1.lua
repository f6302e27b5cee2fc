-- Takes requests from a caller's bucket (generic cell rate algorithm). A bucket is one number: when it is full again.
--
-- KEYS[1] the caller's buckets
-- ARGV[1] bucket   ARGV[2] how many are wanted   ARGV[3] time for one request, µs   ARGV[4] burst
-- Returns how many are granted, and the µs until one more would be.

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[3])
local from = math.max(now, tonumber(redis.call('HGET', KEYS[1], ARGV[1])) or 0)
local latest = now + ARGV[4] * interval
local granted = math.max(0, math.min(tonumber(ARGV[2]), math.floor((latest - from) / interval)))
local full = from + granted * interval
if granted > 0 then
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', full))
  local keep = math.ceil((full - now) / 1000)
  if redis.call('PTTL', KEYS[1]) < keep then redis.call('PEXPIRE', KEYS[1], keep) end
end
return { granted, math.max(0, math.ceil(full + interval - latest)) }
