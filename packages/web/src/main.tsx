import './kernel/no-eval.ts'
import './kernel/hash-address.ts'
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import './frame/mantine.css'
import './frame/tokens.css'
import './frame/base.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ownPath } from './frame/hash-links.ts'
import { NoticeProvider } from './frame/notices.tsx'
import { theme, tokenVariables } from './frame/theme.ts'
import { queryClient } from './kernel/query-client.ts'
import { router } from './router.tsx'

// After an update of the server a page that was open asks for parts that are gone: the new page has them.
window.addEventListener('vite:preloadError', (event) => {
  event.preventDefault()
  window.location.reload()
})

// Clients of MLflow print links to its pages.
const linked = window.location.pathname === '/' ? ownPath(window.location.hash) : undefined
if (linked !== undefined) router.history.replace(linked)

const root = document.querySelector('#root')
if (!root) throw new Error('unreachable: index.html has a root')

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={tokenVariables}
      defaultColorScheme="auto"
      colorSchemeManager={localStorageColorSchemeManager({ key: 'regia-theme' })}
    >
      <QueryClientProvider client={queryClient}>
        <NoticeProvider>
          <RouterProvider router={router} />
        </NoticeProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
