// Runs before the first paint, so that a dark screen never flashes white.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('regia-theme')
  } catch {
    // Storage may be forbidden; the system's preference then decides.
  }
  const isDark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light')
})()
