import { TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import type { Endpoint } from '@regia/core'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useRef } from 'react'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { plural } from '../kernel/format.ts'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { ENDPOINT_COLUMNS, ENDPOINT_ROW_HEIGHT } from './endpoint-columns.tsx'
import classes from './endpoints.module.css'

const route = getRouteApi('/endpoints')
const PAUSE_MS = 300
// Figures of every endpoint on the page are computed again and again: as many as fill a large screen, and a few more.
const PAGE_SIZE = 60

/** What answers, how fast, and what is on its way? */
export default function EndpointsPage() {
  const { find } = route.useSearch()
  const navigate = route.useNavigate()
  const pages = usePages<Endpoint>(
    ['endpoints', 'list', find ?? ''],
    useCallback((query) => api.endpoints.list({ ...query, ...(find && { search: find }) }), [find]),
    { isLive: true, pageSize: PAGE_SIZE },
  )
  const open = ({ spec }: Endpoint) => void navigate({ to: '/endpoints/$name', params: { name: spec.name } })
  return (
    <Page title="Endpoints" isTitleHidden cli="regia endpoints list" http="GET /api/v1/endpoints">
      <Find
        value={find}
        note={pages.isLoading ? '' : plural(pages.total, 'endpoint')}
        onChange={(next) => void navigate({ search: { find: next }, replace: true })}
      />
      {pages.error ? (
        <Problem error={pages.error} onRetry={() => void pages.refetch()} />
      ) : (
        <Card>
          <DataTable
            label="Endpoints"
            columns={ENDPOINT_COLUMNS}
            rows={pages.rows}
            total={pages.total}
            keyOf={({ spec }) => spec.name}
            onOpen={open}
            onMore={pages.onMore}
            isLoading={pages.isLoading}
            rowHeight={ENDPOINT_ROW_HEIGHT}
            maxHeight="calc(100vh - 200px)"
            empty={
              find ? (
                <Empty>No endpoint is called like "{find}".</Empty>
              ) : (
                <Empty command="regia endpoints create NAME --stable MODEL@champion">
                  No model is in production. An endpoint serves the version that an alias points to, logs every
                  prediction, and takes labels; it will stand here with its shares, its traffic and its release.
                </Empty>
              )
            }
          />
        </Card>
      )}
    </Page>
  )
}

type FindProps = {
  readonly value: string | undefined
  readonly note: string
  readonly onChange: (text: string | undefined) => void
}

function Find({ value, note, onChange }: FindProps) {
  const field = useRef<HTMLInputElement>(null)
  const changeLater = useDebouncedCallback((text: string) => onChange(text.trim() || undefined), PAUSE_MS)
  useHotkeys([['/', () => field.current?.focus()]])
  return (
    <div className={classes.find}>
      <TextInput
        ref={field}
        type="search"
        aria-label="Find endpoints"
        placeholder="A piece of a name   /"
        defaultValue={value ?? ''}
        spellCheck={false}
        onChange={(event) => changeLater(event.currentTarget.value)}
      />
      <span className={classes.muted} role="status">
        {note}
      </span>
    </div>
  )
}
