-- Stores changes of a server's visible registry, each in place of the earlier one of its name, within a limit. A change for which there is no room is
-- left out, and its earlier value is forgotten.
--
-- KEYS[1] session
-- ARGV[1] limit of all changes, bytes   ARGV[2] how many forms a name has
-- ARGV[3...] in turns: bytes of the name, the fields of its forms, value. The first form is stored.
-- Returns { the session's field names, how many changes were left out }; the first is empty: no such session.

-- The bytes of a text before it was sealed (createTexts in signing/sealer.ts).
local function size(text)
  if string.byte(text) ~= 2 then return #text end
  return math.floor((#text - 33) * 3 / 4) - 22
end

if redis.call('EXISTS', KEYS[1]) == 0 then return { {}, 0 } end
local bytes = tonumber(redis.call('HGET', KEYS[1], 'vb')) or 0
local refused, forms = 0, tonumber(ARGV[2])
for i = 3, #ARGV, forms + 2 do
  local name, field, value = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + forms + 1]
  for form = i + 1, i + forms do
    local earlier = redis.call('HGET', KEYS[1], ARGV[form])
    if earlier then
      bytes = bytes - name - size(earlier)
      redis.call('HDEL', KEYS[1], ARGV[form])
    end
  end
  if bytes + name + size(value) > tonumber(ARGV[1]) then
    refused = refused + 1
  else
    bytes = bytes + name + size(value)
    redis.call('HSET', KEYS[1], field, value)
  end
end
redis.call('HSET', KEYS[1], 'vb', string.format('%.0f', bytes))
return { redis.call('HKEYS', KEYS[1]), refused }
