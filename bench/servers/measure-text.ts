/** What the tool `measure` answers. */
export function measureText(text: string, unit = 'words') {
  const words = text.split(' ');
  const longest = words.toSorted((a, b) => b.length - a.length).slice(0, 3);
  return { count: unit === 'words' ? words.length : text.length, unit, longest };
}
