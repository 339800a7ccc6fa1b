import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'

type DatasetRef = { readonly name: string; readonly version: number }

/** The dataset versions behind something, side by side: none of them comes from another. */
export function DatasetLinks({ datasets }: { readonly datasets: readonly DatasetRef[] }) {
  return (
    <span>
      {datasets.map(({ name, version }, i) => (
        <Fragment key={`${name}@${version}`}>
          {i > 0 && ', '}
          <Link to="/data/$name" params={{ name }} search={{ version }}>
            {name}@{version}
          </Link>
        </Fragment>
      ))}
    </span>
  )
}
