import { MemoryDatabase } from "../../../testkit/memoryDocuments.ts";
import { describeNewerForm } from "../../support/newerForm.ts";

describe("beside a newer version, on the memory, this one", () => {
  describeNewerForm(() => new MemoryDatabase().documents());
});
