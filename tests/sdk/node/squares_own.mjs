// Square's own tests of its SDK, as the package `square` 39.1.1 ships them, asked of our server.
// node squares_own.mjs BASE_URL FOLDER TEST…, the token in SQUARE_TOKEN; FOLDER is a place for what is made of them.
// The tests are Square's to the letter; only what they import is put in its place: the published SDK, a client of it
// that knows our address, and as much of jest and uuid as they use.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import square from "square-39";

const [baseUrl, folder, ...tests] = process.argv.slice(2);
const bearerAuthCredentials = { accessToken: process.env.SQUARE_TOKEN };
const testClient = new square.Client({ environment: "custom", customUrl: baseUrl, bearerAuthCredentials });

// As long as uuid's own: one test takes its text, not its result, for the name of a group.
function uuidV4(options, buffer, offset) {
    if (!buffer && !options && globalThis.crypto?.randomUUID) {
        return globalThis.crypto.randomUUID();
    }
    options = options || {};
    const bytes = options.random || (options.rng || randomBytes)(16);
    // Per RFC 4122, section 4.4: the version and the reserved bits of the clock's sequence.
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    // Copy the bytes to the buffer, if one was given.
    if (buffer) {
        offset = offset || 0;
        for (let index = 0; index < 16; ++index) {
            buffer[offset + index] = bytes[index];
        }
        return buffer;
    }
    const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

class Containing {
    constructor(part) {
        this.part = part;
    }
}

function expect(value) {
    return {
        toBe: (other) => assert.equal(value, other),
        toBeUndefined: () => assert.equal(value, undefined),
        toEqual(other) {
            const is = other instanceof Containing ? other.part : other;
            const had = other instanceof Containing
                ? Object.fromEntries(Object.keys(is).map((key) => [key, value[key]])) : value;
            // JSON leaves out what is undefined, as jest does.
            assert.deepEqual(JSON.parse(JSON.stringify(had)), JSON.parse(JSON.stringify(is)));
        },
    };
}
expect.objectContaining = (part) => new Containing(part);

const jest = { afterAll: after, beforeAll: before, describe, expect, it };
Object.assign(globalThis, jest, { stand: { square, testClient, uuid: { v4: uuidV4 } } });

const IMPORT = /import\s*\{([^}]*)\}\s*from\s*'([^']*)';?/g;
const FROM = { "../../src": "square", uuid: "uuid" };

function placed(_, names, from) {
    if (from === "../testClient") {
        return "const { testClient } = stand;";
    }
    assert(from in FROM, `a test imports ${from}`);
    return `const {${names.replace(/ as /g, ": ")}} = stand.${FROM[from]};`;
}

for (const name of tests) {
    const source = new URL(`node_modules/square-39/test/${name}.test.ts`, import.meta.url);
    const script = stripTypeScriptTypes((await readFile(source, "utf8")).replace(IMPORT, placed));
    const file = path.join(folder, `${path.basename(name)}.mjs`);
    await writeFile(file, script);
    await import(pathToFileURL(file));
}
