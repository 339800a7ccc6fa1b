import type { ModelOptimisation, OptimisationStatus, Page, PageQuery } from '@regia/core'
import type { Transport } from './transport.ts'

type Path = (...parts: readonly (string | number)[]) => string
export type OptimisationListQuery = PageQuery & { readonly status?: OptimisationStatus }

/** Optimisations of all models, which `models.optimise` begins; a part of the client. Methods throw `NOT_FOUND` for one that is not there. */
export const optimisationClient = ({ json }: Transport, at: Path) => ({
  optimisations: {
    /** Newest first. */
    list: (query: OptimisationListQuery = {}) => json<Page<ModelOptimisation>>('GET', at('optimisations'), { query }),
    /** How far it is, and its report when it is done. */
    get: (id: string) => json<ModelOptimisation>('GET', at('optimisations', id)),
    /** One that is over stays as it is. */
    cancel: (id: string) => json<ModelOptimisation>('POST', at('optimisations', id, 'cancel')),
    /** Takes away one that is over; the version that it made stays. Throws `CONFLICT` for one that waits or runs. */
    delete: (id: string) => json<void>('DELETE', at('optimisations', id)),
  },
})
