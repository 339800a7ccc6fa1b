import { useQuery } from '@tanstack/react-query'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { EndpointTable } from '../overview/endpoint-table.tsx'
import { overviewQuery } from '../overview/queries.ts'

/** What answers, how fast, and how right? */
export default function EndpointsPage() {
  const query = useQuery(overviewQuery)
  return (
    <Page title="Endpoints" isTitleHidden cli="regia endpoints list" http="GET /api/v1/endpoints">
      <Loaded query={query} height={180}>
        {(overview) => <EndpointTable endpoints={overview.endpoints} />}
      </Loaded>
    </Page>
  )
}
