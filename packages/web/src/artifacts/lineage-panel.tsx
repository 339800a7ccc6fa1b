import type { LineageNode } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Empty } from '../kernel/empty.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import classes from './artifacts.module.css'
import { lineageSides } from './lineage-sides.ts'
import { lineageQuery } from './queries.ts'

type LineagePanelProps = { readonly kind: LineageNode['kind']; readonly at: string }

/** What made a thing, and what depends on it. */
export default function LineagePanel({ kind, at }: LineagePanelProps) {
  const query = useQuery(lineageQuery(kind, at))
  return (
    <Loaded query={query} height={100}>
      {(graph) => {
        const { made, depends } = lineageSides(graph)
        return (
          <div className={classes.lineage}>
            <Side title="What made it" nodes={made} none="Nothing that Regia knows of." />
            <Side title="What depends on it" nodes={depends} none="Nothing yet." />
            {graph.isCut && (
              <small>
                There is more than is shown: regia lineage {kind} {at}
              </small>
            )}
          </div>
        )
      }}
    </Loaded>
  )
}

type SideProps = { readonly title: string; readonly nodes: readonly LineageNode[]; readonly none: string }

function Side({ title, nodes, none }: SideProps) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {nodes.length === 0 && <Empty>{none}</Empty>}
      <ul>
        {nodes.map((node) => (
          <li key={`${node.kind} ${node.ref}`}>
            <small>{node.kind}</small> <NodeLink node={node} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function NodeLink({ node }: { readonly node: LineageNode }) {
  const [name = '', version = ''] = node.ref.split('@')
  if (node.kind === 'dataset') {
    return (
      <Link to="/data/$name" params={{ name }}>
        {node.label}
      </Link>
    )
  }
  if (node.kind === 'model') {
    return (
      <Link to="/models/$name/$version" params={{ name, version }}>
        {node.label}
      </Link>
    )
  }
  if (node.kind === 'endpoint') {
    return (
      <Link to="/endpoints/$name" params={{ name: node.ref }}>
        {node.label}
      </Link>
    )
  }
  // A run that somebody logged; only those of pipelines have a page among the runs.
  if (node.kind === 'run' && !node.ref.startsWith('run_')) return <span>{node.label}</span>
  const [id = '', step] = node.ref.split('/')
  return (
    <Link to="/runs/$id" params={{ id }} search={step === undefined ? {} : { step, tab: 'data' }}>
      {node.label}
    </Link>
  )
}
