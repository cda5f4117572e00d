// A question a line on stdin, an answer a line on stdout; snake_case outside, camelCase for the SDK.
import { createInterface } from "node:readline";

// Their keys are names that somebody chose, not Square's.
const MAPS = new Set(["customers", "responses", "values"]);
// Somebody's own JSON: the SDK sends and shows it as it is.
const VERBATIM = new Set(["schema", "value"]);

export const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
export const snake = (name) => name.replace(/([a-z])([A-Z0-9])/g, "$1_$2").toLowerCase();

export function recased(value, recase, under = "") {
    if (Array.isArray(value)) {
        return value.map((one) => recased(one, recase));
    }
    if (value === null || typeof value !== "object") {
        return value;
    }
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [
        MAPS.has(under) ? key : recase(key), VERBATIM.has(key) ? one : recased(one, recase, key),
    ]));
}

// Square's int64: a customer's `version`, and what else is named. JSON has one kind of number.
export function withBigInts(value, names = ["version"]) {
    if (value === null || typeof value !== "object") {
        return value;
    }
    for (const [key, one] of Object.entries(value)) {
        value[key] = names.includes(key) && typeof one === "number" ? BigInt(one) : withBigInts(one, names);
    }
    return value;
}

const plain = (_, value) => (typeof value === "bigint" ? Number(value) : value);

export async function serve(answer) {
    for await (const line of createInterface({ input: process.stdin })) {
        let shown;
        try {
            shown = await answer(JSON.parse(line));
        } catch (error) {
            shown = { surprise: `${error.stack}` };
        }
        console.log(JSON.stringify(shown, plain));
    }
}
