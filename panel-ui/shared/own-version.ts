/** Whether this page is still the one the device would send: after an update of the program it is not. */

/**
 * Loads the page anew if the device has another one by now. Its parts have names of their content, so the page of before would
 * look for parts that are gone.
 * @param script address of the page's own script, `import.meta.url`
 */
export async function reloadIfOther(script: string): Promise<void> {
  const name = new URL(script).pathname;
  // No reload on a guess: only a page that came whole and names another script.
  const response = await fetch('/', { cache: 'no-store', redirect: 'error' });
  if (!response.ok || !(response.headers.get('content-type') ?? '').startsWith('text/html')) return;
  const page = await response.text();
  if (page.includes('<script') && !page.includes(name)) window.location.reload();
}
