import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where Chromium's packages keep SwiftShader, a Vulkan driver in software. */
const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/** The environment in which a process finds a Vulkan driver without a GPU, or what is missing for it. */
export function softwareVulkan(): { env: Record<string, string> } | { missing: string } {
  const folder = FOLDERS.find(
    (each) => existsSync(path.join(each, 'vk_swiftshader_icd.json')) && existsSync(path.join(each, 'libvulkan.so.1')),
  );
  if (folder === undefined)
    return { missing: 'no vk_swiftshader_icd.json and libvulkan.so.1 of Chromium: apt-get install chromium' };
  const known = process.env['LD_LIBRARY_PATH'];
  return {
    env: {
      VK_ICD_FILENAMES: path.join(folder, 'vk_swiftshader_icd.json'),
      // Read when a process starts, so only children can have it.
      LD_LIBRARY_PATH: known === undefined ? folder : `${folder}:${known}`,
    },
  };
}
