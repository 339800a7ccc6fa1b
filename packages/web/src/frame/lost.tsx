import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'

export function NotFound() {
  return (
    <Page title="There is no such page" cli="regia --help" http="GET /api/v1/overview">
      <p>
        The address may be of something that was renamed. Search for it with Ctrl K, or go to the{' '}
        <Link to="/">overview</Link>.
      </p>
    </Page>
  )
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page failed" cli="regia --help" http="GET /api/v1/overview">
      <Problem error={error instanceof Error ? error : new Error(String(error))} onRetry={reset} />
    </Page>
  )
}
