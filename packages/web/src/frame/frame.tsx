import { useHotkeys } from '@mantine/hooks'
import { Outlet, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import classes from './frame.module.css'
import { useLive } from './live.ts'
import { SideBar } from './side-bar.tsx'
import { TopBar } from './top-bar.tsx'

const Palette = lazy(() => import('./palette.tsx'))

/** What stays while pages come and go: side bar, top bar, palette, live connection. */
export function Frame() {
  const connection = useLive()
  const [isSearching, setSearching] = useState(false)
  const [isMenuOpen, setMenuOpen] = useState(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  useHotkeys([['mod+K', () => setSearching(true)]], [])
  // The menu closes whenever the page changes; no page has an empty path.
  useEffect(() => setMenuOpen(path === ''), [path])
  return (
    <div className={classes.frame}>
      <a className={classes.skip} href="#content">
        Skip to content
      </a>
      <SideBar isOpen={isMenuOpen} onClose={() => setMenuOpen(false)} />
      <div className={classes.body}>
        <TopBar
          connection={connection}
          isMenuOpen={isMenuOpen}
          onMenu={() => setMenuOpen(!isMenuOpen)}
          onSearch={() => setSearching(true)}
        />
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Suspense>{isSearching && <Palette onClose={() => setSearching(false)} />}</Suspense>
    </div>
  )
}
