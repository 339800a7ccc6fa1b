import { isPackaged, type ModelVersion, type PackagedVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Bars } from '../charts/bars.tsx'
import { api } from '../kernel/api.ts'
import { formatPercent } from '../kernel/format.ts'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { modelPath, modelRef } from './addresses.ts'
import { AliasRequests } from './alias-requests.tsx'
import { CardPanel } from './card-panel.tsx'
import { DescriptionPanel } from './description-panel.tsx'
import { Evaluation } from './evaluation.tsx'
import { ModelLineage } from './model-lineage.tsx'
import classes from './models.module.css'
import { OptimisationNote } from './optimisation-note.tsx'
import { OriginPanel } from './origin-panel.tsx'
import { PackagingNote } from './packaging-note.tsx'
import { modelVersionQuery } from './queries.ts'
import { SignaturePanel } from './signature-panel.tsx'
import { TagsPanel } from './tags-panel.tsx'
import { TryVersion } from './try-version.tsx'
import { VersionActions } from './version-actions.tsx'
import { VersionHead } from './version-head.tsx'

const VersionFiles = lazy(() => import('./version-files.tsx'))
const route = getRouteApi('/models/$name/$version')

/** Is this version better than what it would replace, and what stands behind it? */
export default function ModelVersionPage() {
  const { name, version } = route.useParams()
  const query = useQuery(modelVersionQuery(name, version))
  const loaded = query.data
  return (
    <Page
      title={`${name} v${loaded?.version ?? version}`}
      health={loaded?.report && (loaded.report.passed ? 'well' : 'broken')}
      under={loaded ? <ModelLineage version={loaded} /> : '…'}
      actions={loaded && <VersionActions version={loaded} />}
      cli={`regia models show ${modelRef(name, version)}`}
      http={`GET ${modelPath(name, 'versions', version)}`}
    >
      <Loaded query={query} height={[[224, 224], [340, 340], 200]}>
        {(model) => <Version model={model} />}
      </Loaded>
    </Page>
  )
}

function Version({ model }: { readonly model: ModelVersion }) {
  const { file } = route.useSearch()
  const navigate = route.useNavigate()
  const change = (body: Parameters<typeof api.models.updateVersion>[2]) =>
    api.models.updateVersion(model.model, model.version, body)
  return (
    <>
      <PackagingNote version={model} />
      <OptimisationNote version={model} />
      <AliasRequests model={model.model} version={model.version} state="pending" />
      <VersionHead version={model} />
      {model.report && <Evaluation report={model.report} />}
      {isPackaged(model) && <Looks model={model} />}
      {isPackaged(model) && <TryVersion version={model} />}
      <CardPanel version={model} />
      <div className={classes.sides}>
        <DescriptionPanel
          text={model.description}
          placeholder="What is special about this version."
          keep={(description) => change({ description })}
        />
        <TagsPanel tags={model.tags} onChange={(tags) => change({ tags: { ...tags } })} />
        <OriginPanel version={model} />
      </div>
      {model.source !== undefined && (
        <Suspense fallback={<Skeleton height={140} />}>
          <VersionFiles
            version={model}
            file={file}
            onFile={(path) => void navigate({ search: (before) => ({ ...before, file: path }), resetScroll: false })}
          />
        </Suspense>
      )}
      <AliasRequests model={model.model} version={model.version} state="decided" />
    </>
  )
}

function Looks({ model }: { readonly model: PackagedVersion }) {
  const rows = importanceRows(model)
  if (rows.length === 0) return <SignaturePanel model={model} />
  return (
    <div className={classes.two}>
      <Section title="What it looks at" note="feature importance">
        <Card pad>
          <Bars label="Feature importance" rows={rows} />
        </Card>
      </Section>
      <SignaturePanel model={model} />
    </div>
  )
}

const importanceRows = (version: PackagedVersion) => {
  const total = version.package.featureImportance.reduce((sum, each) => sum + Math.abs(each.importance), 0) || 1
  return [...version.package.featureImportance]
    .sort((a, b) => b.importance - a.importance)
    .slice(0, 20)
    .map(({ feature, importance }) => ({
      name: feature,
      value: Math.max(0, importance),
      text: formatPercent(importance / total),
    }))
}
