import { isPackaged, type ModelVersion, nameSchema } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { endpointsQuery } from '../endpoints/queries.ts'
import { TryIt } from '../endpoints/try-it.tsx'
import { Empty } from '../kernel/empty.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { modelRef } from './addresses.ts'

/** A form to try the version where it answers. */
export function TryVersion({ version }: { readonly version: ModelVersion }) {
  const { data } = useQuery(endpointsQuery)
  const endpoint = data?.items.find((each) =>
    each.deployments.some(
      (deployment) =>
        deployment.role === 'stable' && deployment.model === version.model && deployment.version === version.version,
    ),
  )
  if (endpoint && isPackaged(version)) return <TryIt endpoint={endpoint} model={version} />
  return (
    <Section title="Try it">
      <Card>
        {version.packaging.status !== 'packaged' ? (
          <Empty>
            {version.packaging.reason ?? 'Its files are being packaged.'} {version.packaging.hint}
          </Empty>
        ) : (
          <Empty
            command={`regia endpoints create ${endpointName(version.model)} --stable ${modelRef(version.model, version.version)}`}
          >
            No endpoint answers with this version. A model is tried where it serves.
          </Empty>
        )}
      </Card>
    </Section>
  )
}

// A model may be called what no endpoint can be.
const endpointName = (model: string): string => (nameSchema.safeParse(model).success ? model : 'NAME')
