-- Stores changes of a server's visible registry, each in place of the earlier one of its name, within a limit. A change for which there is no room is
-- left out, and its earlier value is forgotten.
--
-- KEYS[1] session
-- ARGV[1] limit of all changes, bytes   ARGV[2...] fields and values, in turns
-- Returns { the session's field names, how many changes were left out }; the first is empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return { {}, 0 } end
local bytes = tonumber(redis.call('HGET', KEYS[1], 'vb')) or 0
local refused = 0
for i = 2, #ARGV, 2 do
  local field, value = ARGV[i], ARGV[i + 1]
  local earlier = redis.call('HGET', KEYS[1], field)
  if earlier then
    bytes = bytes - #field - #earlier
    redis.call('HDEL', KEYS[1], field)
  end
  if bytes + #field + #value > tonumber(ARGV[1]) then
    refused = refused + 1
  else
    bytes = bytes + #field + #value
    redis.call('HSET', KEYS[1], field, value)
  end
end
redis.call('HSET', KEYS[1], 'vb', string.format('%.0f', bytes))
return { redis.call('HKEYS', KEYS[1]), refused }
