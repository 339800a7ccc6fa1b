import { Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { quoted } from '../kernel/command-text.ts'
import { Empty } from '../kernel/empty.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card } from '../kernel/section.tsx'
import { modelPath, modelRef } from './addresses.ts'
import { Comparison } from './comparison-tables.tsx'
import classes from './models.module.css'
import { comparisonQuery, modelQuery, modelVersionsQuery } from './queries.ts'
import { VersionChoice } from './version-choice.tsx'

const route = getRouteApi('/models/$name/compare')

/** What is different between two versions, and is the later one better? */
export default function ComparisonPage() {
  const { name } = route.useParams()
  const { before, after, all = false } = route.useSearch()
  const navigate = route.useNavigate()
  const versions = useQuery(modelVersionsQuery(name))
  const { data: model } = useQuery(modelQuery(name))
  const newest = (versions.data?.items ?? []).map(({ version }) => String(version))
  const [one, other] = [before ?? newest[1] ?? newest[0], after ?? newest[0]]
  const query = useQuery({ ...comparisonQuery(name, one ?? '', other ?? ''), enabled: Boolean(one && other) })
  const choice = { name, numbers: newest, aliases: model?.aliases ?? [] }
  return (
    <Page
      title={`${name}: versions compared`}
      under={
        <Link to="/models/$name" params={{ name }}>
          all versions
        </Link>
      }
      actions={
        newest.length > 0 && (
          <div className={classes.choices}>
            <VersionChoice
              {...choice}
              label="Before"
              value={one}
              onChange={(version) => void navigate({ search: (now) => ({ ...now, before: version }) })}
            />
            <VersionChoice
              {...choice}
              label="After"
              value={other}
              onChange={(version) => void navigate({ search: (now) => ({ ...now, after: version }) })}
            />
            <Switch
              label="Only differences"
              checked={!all}
              onChange={(event) => {
                const isAll = !event.currentTarget.checked
                void navigate({ search: (now) => ({ ...now, all: isAll || undefined }), replace: true })
              }}
            />
          </div>
        )
      }
      cli={`regia models compare ${modelRef(name)} ${quoted(one ?? '1')} ${quoted(other ?? '2')}`}
      http={`GET ${modelPath(name, 'compare')}?${new URLSearchParams({ before: one ?? '1', after: other ?? '2' })}`}
    >
      {versions.data && newest.length === 0 ? (
        <Card>
          <Empty command={`regia models register ${modelRef(name)} --run RUN --path model`}>
            It has no version that could be compared.
          </Empty>
        </Card>
      ) : (
        <Loaded query={query} height={400}>
          {(comparison) => <Comparison comparison={comparison} isAll={all} />}
        </Loaded>
      )}
    </Page>
  )
}
