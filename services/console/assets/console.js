// Brings the marked parts of a page up to date, while it is seen and nobody works in it.
const EVERY_MS = 5000;
const button = document.getElementById('pause');
let paused = false;

async function update() {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (response.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.getElementById(part.id);
    if (next !== null && !part.contains(document.activeElement) && next.innerHTML !== part.innerHTML)
      part.replaceChildren(...document.adoptNode(next).childNodes);
  }
}

async function keepUpToDate() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    if (paused || document.hidden) continue;
    // The next time may succeed.
    await update().catch(() => undefined);
  }
}

button?.removeAttribute('hidden');
button?.addEventListener('click', () => {
  paused = !paused;
  button.textContent = paused ? 'Resume updates' : 'Pause updates';
});
void keepUpToDate();
