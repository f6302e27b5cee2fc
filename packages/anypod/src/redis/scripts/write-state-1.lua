-- Changes one entry of a place, if it is as expected. A write that arrives twice is done once.
--
-- KEYS[1] session or handle
-- ARGV[1] the entry's field   ARGV[2] 1: store ARGV[3], 0: delete the entry   ARGV[3] value (JSON)
-- ARGV[4] the version that the entry must have, 'none' or 'any'
-- ARGV[5] the writer's field   ARGV[6] the number of the write   ARGV[7] limit of all entries, bytes   ARGV[8] bytes of the entry's key
-- ARGV[9...] the fields of other forms of the key, where the entry may be instead
-- Returns { 'written', new version or nil }, { 'conflict', value or nil }, { 'too-large', bytes } or { 'gone' }.

-- The bytes of a text before it was sealed (createTexts in signing/sealer.ts).
local function size(text)
  if string.byte(text) ~= 2 then return #text end
  return math.floor((#text - 33) * 3 / 4) - 22
end

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local place = redis.call('HMGET', KEYS[1], ARGV[1], ARGV[5], 'sb')
local current, other = place[1], false
for index = 9, #ARGV do
  if not current then
    other = ARGV[index]
    current = redis.call('HGET', KEYS[1], other)
  end
end
if place[2] and tonumber(place[2]) >= tonumber(ARGV[6]) then return { 'written' } end
local colon = current and string.find(current, ':', 1, true)
local version = current and string.sub(current, 1, colon - 1) or 'none'
if ARGV[4] ~= 'any' and ARGV[4] ~= version then return { 'conflict', current } end
local before = current and size(string.sub(current, colon + 1)) + ARGV[8] or 0
local after = ARGV[2] == '1' and size(ARGV[3]) + ARGV[8] or 0
local bytes = (tonumber(place[3]) or 0) - before + after
if after > before and bytes > tonumber(ARGV[7]) then return { 'too-large', bytes } end
redis.call('HSET', KEYS[1], ARGV[5], ARGV[6], 'sb', string.format('%.0f', bytes))
if other then redis.call('HDEL', KEYS[1], other) end
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return { 'written' }
end
version = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'sn', 1))
redis.call('HSET', KEYS[1], ARGV[1], version .. ':' .. ARGV[3])
return { 'written', version }
