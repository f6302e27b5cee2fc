-- Reads all entries of a place.
--
-- KEYS[1] session or handle
-- ARGV[1] the prefix of the entries' fields
-- Returns fields and values in turns.

local entries = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, #ARGV[1]) == ARGV[1] then
    table.insert(entries, field)
    table.insert(entries, redis.call('HGET', KEYS[1], field))
  end
end
return entries
