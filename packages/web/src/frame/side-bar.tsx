import type { Need, Overview } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Elapsed } from '../kernel/elapsed.tsx'
import { overviewQuery } from '../overview/queries.ts'
import classes from './frame.module.css'
import { GROUPS, type PageLink } from './pages.ts'

/** The life cycle, build then run. A count is what needs a person. */
export function SideBar({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { data } = useQuery(overviewQuery)
  return (
    <>
      {isOpen && <button type="button" className={classes.veil} aria-label="Close the menu" onClick={onClose} />}
      <nav className={classes.side} aria-label="Pages" data-open={isOpen}>
        <Link to="/" className={classes.brand}>
          <Mark />
          Regia
        </Link>
        {GROUPS.map((group) => (
          <div key={group.title || 'top'} className={classes.group}>
            {group.title && <div className={classes.groupTitle}>{group.title}</div>}
            {group.pages.map((page) => (
              <SideItem key={page.to} page={page} count={countNeeds(data?.needs ?? [], page)} />
            ))}
          </div>
        ))}
        <ServerNote server={data?.server} />
      </nav>
    </>
  )
}

function SideItem({ page, count }: { readonly page: PageLink; readonly count: number }) {
  return (
    <Link
      to={page.to}
      className={classes.item}
      activeOptions={{ exact: page.to === '/', includeSearch: false }}
      activeProps={{ 'data-on': true }}
    >
      {page.title}
      {count > 0 && (
        <span className={classes.count}>
          {count}
          <span className={classes.hidden}> need you</span>
        </span>
      )}
    </Link>
  )
}

const countNeeds = (needs: readonly Need[], page: PageLink) =>
  needs.filter((need) => page.needs?.includes(need.kind)).length

function ServerNote({ server }: { readonly server: Overview['server'] | undefined }) {
  return (
    <div className={classes.server}>
      {server && (
        <>
          <span title={`${server.project}, kept in ${server.home}`}>
            {server.project.split(/[\\/]/).at(-1)} · {server.version}
          </span>
          <span>
            up <Elapsed from={server.startedAt} until={undefined} />
          </span>
        </>
      )}
    </div>
  )
}

function Mark() {
  return (
    <svg
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      aria-hidden="true"
    >
      <path d="M10 2.2a7.8 7.8 0 1 1-6.6 3.6" />
      <path d="M3.2 2.4v3.7h3.7" />
      <circle cx="10" cy="10" r="2.1" fill="currentColor" stroke="none" />
    </svg>
  )
}
