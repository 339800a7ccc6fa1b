import { Button } from '@mantine/core'
import type { LoggedModel, ModelVersion, TrackedRunDetail } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { loggedModelsQuery, registeredFromQuery } from './queries.ts'

const RegisterDialog = lazy(() => import('./register-dialog.tsx'))

/** The models that the run logged, and what became of them in the registry. */
export function LoggedModels({ run }: { readonly run: TrackedRunDetail }) {
  const query = useQuery(loggedModelsQuery(run.id))
  const { data: registered = [] } = useQuery(registeredFromQuery(run.id))
  const [registering, setRegistering] = useState<LoggedModel>()
  return (
    <Section title="Models">
      <Card>
        <Loaded query={query} height={80}>
          {({ items }) =>
            items.length === 0 ? (
              registered.length > 0 ? (
                <Empty>
                  Registered from its files: <Versions versions={registered} />
                </Empty>
              ) : (
                <Empty>
                  The run logged no model. One that is logged as ONNX can be registered from here and served as it is.
                </Empty>
              )
            ) : (
              <PlainTable
                label="Models"
                isTight
                rows={items}
                keyOf={(model) => model.id}
                columns={[
                  {
                    id: 'name',
                    title: 'Model',
                    cell: (model) => (
                      <>
                        <Lamp health={healthOfStatus(model.status)} label={model.status} />
                        <Link
                          to="/experiments/$id/runs/$runId"
                          params={{ id: run.experimentId, runId: run.id }}
                          search={{ tab: 'files', file: `${model.id}:MLmodel` }}
                          title={model.id}
                        >
                          {model.name}
                        </Link>
                      </>
                    ),
                  },
                  { id: 'type', title: 'Type', cell: (model) => model.modelType || '–' },
                  {
                    id: 'registered',
                    title: 'Registered',
                    cell: (model) => (
                      <Versions versions={registered.filter(({ loggedModelId }) => loggedModelId === model.id)} />
                    ),
                  },
                  {
                    id: 'act',
                    title: '',
                    cell: (model) => (
                      <Button aria-haspopup="dialog" onClick={() => setRegistering(model)}>
                        Register
                      </Button>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Card>
      <Suspense>
        {registering && <RegisterDialog run={run} model={registering} onClose={() => setRegistering(undefined)} />}
      </Suspense>
    </Section>
  )
}

/** Versions that were made of the model, or of the run's files with no model named. */
function Versions({ versions }: { readonly versions: readonly ModelVersion[] }) {
  if (versions.length === 0) return <>not yet</>
  return (
    <>
      {versions.map(({ model: name, version }, i) => (
        <span key={`${name} ${version}`}>
          {i > 0 && ', '}
          <Link to="/models/$name/$version" params={{ name, version: String(version) }}>
            {name} v{version}
          </Link>
        </span>
      ))}
    </>
  )
}
