import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { artifactRef, type ContentRef, lineageQuery } from './queries.ts'

/** The registered versions that a model became. */
export function ModelLinks({ content }: { readonly content: ContentRef }) {
  const { data } = useQuery(lineageQuery('artifact', artifactRef(content)))
  const models = (data?.nodes ?? []).filter(({ kind }) => kind === 'model')
  if (models.length === 0) return null
  return (
    <p>
      registered as{' '}
      {models.map(({ ref, label }, i) => {
        const [name = '', version = ''] = ref.split('@')
        return (
          <span key={ref}>
            {i > 0 && ', '}
            <Link to="/models/$name/$version" params={{ name, version }}>
              {label}
            </Link>
          </span>
        )
      })}
    </p>
  )
}
