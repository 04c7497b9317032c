import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type SharedTexts } from '../texts/texts.ts';

/** The page provides the words of the present language here. */
export const SharedWords = createContext<SharedTexts | undefined>(undefined);

/** Words of the shared components. @throws Error outside of a provider */
export function useSharedWords(): SharedTexts {
  const words = useContext(SharedWords);
  if (words === undefined) throw new Error('SharedWords has no provider');
  return words;
}
