-- Makes a connection the one that reads a session's standing log, and reads the messages that it lacks.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] holder's pod   ARGV[2] holder's connection   ARGV[3] the last position it has; '' : it wants no replay
-- ARGV[4] if more ms than this have passed since the last replacement, the count starts again
-- Returns { entries, where a connection without a position begins, the same in the log of changes or nil, previous pod or nil,
-- previous connection or nil, how many connections have been replaced in a row }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc', 'sp', 'dp', 'dc', 'rn', 'rt')
if not session[1] then return false end
redis.call('HSET', KEYS[1], 'hp', ARGV[1], 'hc', ARGV[2])
local replaced = 0
if session[2] then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  replaced = 1
  if session[7] and now - tonumber(session[8]) < tonumber(ARGV[4]) then replaced = session[7] + 1 end
  redis.call('HSET', KEYS[1], 'rn', replaced, 'rt', now)
end
local entries = {}
if ARGV[3] ~= '' then entries = redis.call('XRANGE', KEYS[2], '(' .. ARGV[3], '+') end
-- A session of an older build does not say how far its connections got, so the new one begins at the newest message.
return { entries, session[5] or session[4] or '0-0', session[6], session[2], session[3], replaced }
