// Provinces, cities and counties by their GB/T 2260 codes, in a chunk of its
// own that comes only when somebody types an address.
export interface Region {
  code: string;
  name: string;
}

type Names = Record<string, string>;

/** What a code's list of parts is, given the whole table. */
export function within(table: { province_list: Names; city_list: Names; county_list: Names }, code: string): Region[] {
  const pick = (names: Names, start: string) =>
    Object.entries(names)
      .filter(([c]) => c.startsWith(start))
      .map(([c, name]) => ({ code: c, name }));
  if (!code) return pick(table.province_list, '');
  if (code.length === 2) return pick(table.city_list, code);
  return pick(table.county_list, code);
}

export const loadRegions = () => import('@vant/area-data').then((m) => m.areaList);
