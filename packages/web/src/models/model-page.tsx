import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { api } from '../kernel/api.ts'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { modelPath, modelRef } from './addresses.ts'
import { AliasHistory } from './alias-history.tsx'
import { AliasRequests } from './alias-requests.tsx'
import { AliasTags } from './alias-tags.tsx'
import { DeletedVersions } from './deleted-versions.tsx'
import { DescriptionPanel } from './description-panel.tsx'
import { ModelSettings } from './model-settings.tsx'
import classes from './models.module.css'
import { modelQuery } from './queries.ts'
import { TagsPanel } from './tags-panel.tsx'
import { VersionsPanel } from './versions-panel.tsx'

const route = getRouteApi('/models/$name')

/** Which version is the champion, and what stands against it? */
export default function ModelPage() {
  const { name } = route.useParams()
  const query = useQuery(modelQuery(name))
  const model = query.data
  return (
    <Page
      title={name}
      under={
        model &&
        model.aliases.length > 0 && (
          <AliasTags aliases={model.aliases.map((each) => `${each.alias} v${each.version}`)} />
        )
      }
      actions={model && <ModelSettings model={model} />}
      cli={`regia models show ${modelRef(name)}`}
      http={`GET ${modelPath(name)}`}
    >
      {query.error && !model ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <AliasRequests model={name} state="pending" />
          <VersionsPanel name={name} />
          {model && (
            <div className={classes.sides}>
              <DescriptionPanel
                text={model.description}
                placeholder="What it predicts, and for whom."
                keep={(description) => api.models.update(name, { description })}
              />
              <TagsPanel tags={model.tags} onChange={(tags) => api.models.update(name, { tags: { ...tags } })} />
            </div>
          )}
          <AliasHistory name={name} />
          <AliasRequests model={name} state="decided" />
          <DeletedVersions name={name} />
        </>
      )}
    </Page>
  )
}
