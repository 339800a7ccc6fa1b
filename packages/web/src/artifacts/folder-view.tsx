import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatBytes } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import classes from './artifacts.module.css'
import { ContentView } from './content-view.tsx'
import { type ContentRef, contentUrl, filesQuery } from './queries.ts'

const MOST_FILES = 500

/** The files of a folder by their paths; one can be looked at. */
export function FolderView({ content }: { readonly content: ContentRef }) {
  const query = useQuery(filesQuery(content))
  const [open, setOpen] = useState<string>()
  return (
    <Loaded query={query} height={100}>
      {({ files }) => (
        <ul className={classes.files} aria-label={`Files of ${content.output}`}>
          {files.slice(0, MOST_FILES).map((file) => (
            <li key={file.path}>
              <button
                type="button"
                aria-expanded={open === file.path}
                onClick={() => setOpen(open === file.path ? undefined : file.path)}
                style={{ paddingLeft: `${(file.path.split('/').length - 1) * 12}px` }}
              >
                <span>
                  {file.path
                    .split('/')
                    .slice(0, -1)
                    .map((part) => `${part}/`)
                    .join('')}
                </span>
                {file.path.split('/').at(-1)}
              </button>
              <small>{formatBytes(file.sizeBytes)}</small>
              <a href={contentUrl({ ...content, path: file.path })} download={file.path.split('/').at(-1)}>
                download
              </a>
              {open === file.path && (
                <div className={classes.opened}>
                  <ContentView
                    content={{ ...content, path: file.path }}
                    mediaType={undefined}
                    sizeBytes={file.sizeBytes}
                  />
                </div>
              )}
            </li>
          ))}
          {files.length > MOST_FILES && <li>and {files.length - MOST_FILES} more</li>}
        </ul>
      )}
    </Loaded>
  )
}
