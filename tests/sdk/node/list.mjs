// What the official Square SDK for Node makes of our server, as one JSON value.
// node list.mjs BASE_URL LIMIT, the token in SQUARE_TOKEN.
import { SquareClient, SquareError } from "square";

const [baseUrl, limit] = process.argv.slice(2);
const client = new SquareClient({ baseUrl, token: process.env.SQUARE_TOKEN, maxRetries: 0 });

const listed = [];
for await (const customer of await client.customers.list({ limit: Number(limit) })) {
    listed.push(customer);
}
const sorted = [];
let page = await client.customers.list({
    limit: Number(limit), sortField: "CREATED_AT", sortOrder: "DESC", count: true,
});
const counts = [page.response.count];
sorted.push(...page.data);
while (page.hasNextPage()) {
    page = await page.getNextPage();
    counts.push(page.response.count);
    sorted.push(...page.data);
}

const one = await client.customers.get({ customerId: listed[0].id });
const locations = await client.locations.list();
const merchants = [];
for await (const merchant of await client.merchants.list()) {
    merchants.push(merchant);
}

async function failure(call) {
    try {
        await call();
    } catch (error) {
        if (error instanceof SquareError) {
            return { status: error.statusCode, code: error.errors[0].code };
        }
        throw error;
    }
    return null;
}
const unknown = await failure(() => client.customers.get({ customerId: "NOBODY" }));
const refused = await failure(() => new SquareClient({ baseUrl, token: "wrong", maxRetries: 0 }).customers.list());

const shown = { listed, sorted, counts, one: one.customer, locations: locations.locations, merchants, unknown, refused };
// `version` and `count` are BigInt, which JSON does not know.
console.log(JSON.stringify(shown, (_, value) => (typeof value === "bigint" ? Number(value) : value)));
