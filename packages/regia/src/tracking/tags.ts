/** The tag of a run that was made by `regia reproduce`: the id of the run that it is to equal. */
export const REPRODUCES_TAG = 'reproduces'
