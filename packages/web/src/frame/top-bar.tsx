import { Burger } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { runQuery } from '../runs/queries.ts'
import classes from './frame.module.css'
import type { Connection } from './live.ts'
import { GROUPS } from './pages.ts'
import { ThemeSwitch } from './theme-switch.tsx'

type TopBarProps = {
  readonly connection: Connection
  readonly isMenuOpen: boolean
  readonly onMenu: () => void
  readonly onSearch: () => void
}

const ExperimentCrumbs = lazy(() => import('./experiment-crumbs.tsx'))

const COMMAND_KEY = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'

export function TopBar({ connection, isMenuOpen, onMenu, onSearch }: TopBarProps) {
  return (
    <header className={classes.top}>
      <div className={classes.burger}>
        <Burger opened={isMenuOpen} onClick={onMenu} size="sm" aria-label="Menu" />
      </div>
      <Crumbs />
      <button type="button" className={classes.search} onClick={onSearch} aria-keyshortcuts="Control+K">
        <span>Search or run a command</span>
        <kbd>{COMMAND_KEY}</kbd>
      </button>
      <LiveMark connection={connection} />
      <ThemeSwitch />
    </header>
  )
}

function Crumbs() {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [first = '', ...rest] = path.split('/').filter(Boolean).map(decodeURIComponent)
  const page = GROUPS.flatMap((group) => group.pages).find((each) => each.to === `/${first}`)
  return (
    <nav className={classes.crumbs} aria-label="Breadcrumb">
      <ol>
        <li>
          {rest.length > 0 && page ? <Link to={page.to}>{page.title}</Link> : <b>{page?.title ?? 'Not found'}</b>}
        </li>
        {first === 'experiments' ? (
          <Suspense>
            <ExperimentCrumbs id={rest[0]} runId={rest[2]} />
          </Suspense>
        ) : (
          rest.map((part, i) => (
            <li key={part}>
              {i < rest.length - 1 ? (
                // Models have pages under their own, and endpoints.
                <Link to={first === 'endpoints' ? '/endpoints/$name' : '/models/$name'} params={{ name: part }}>
                  {part}
                </Link>
              ) : (
                <b>{first === 'runs' ? <RunName id={part} /> : part}</b>
              )}
            </li>
          ))
        )}
      </ol>
    </nav>
  )
}

/** A run is called by its pipeline and number; its id says nothing to a person. */
function RunName({ id }: { readonly id: string }) {
  const { data: run } = useQuery(runQuery(id))
  return <>{run ? `${run.pipeline} #${run.number}` : id}</>
}

const CONNECTION_WORDS: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting to the server',
  live: 'Live: changes appear as they happen',
  lost: 'The connection is lost; trying again',
}

function LiveMark({ connection }: { readonly connection: Connection }) {
  return (
    <span className={classes.live} data-connection={connection} title={CONNECTION_WORDS[connection]} role="status">
      <i aria-hidden="true" />
      {connection === 'live' ? 'live' : connection === 'lost' ? 'reconnecting' : 'connecting'}
    </span>
  )
}
