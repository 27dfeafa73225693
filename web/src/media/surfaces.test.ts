import { expect, test, vi } from "vitest";
import { putInto } from "./surfaces";

const place = (isConnected: boolean) => ({ isConnected, append: vi.fn(), moveBefore: vi.fn() });
const put = (into: object, isConnected: boolean) => {
  const element = { isConnected } as HTMLVideoElement;
  putInto(into as HTMLElement, element);
  return element;
};

test("a picture that is in the page moves without leaving it", () => {
  const there = place(true);
  const element = put(there, true);
  expect(there.moveBefore).toHaveBeenCalledWith(element, null);
  expect(there.append).not.toHaveBeenCalled();
});

test.each([[true, false], [false, true]])("to or from outside of the page it is put (page: %s, element: %s)", (page, inPage) => {
  const there = place(page);
  const element = put(there, inPage);
  expect(there.append).toHaveBeenCalledWith(element);
  expect(there.moveBefore).not.toHaveBeenCalled();
});

test("browsers that cannot move put it, too", () => {
  const there = { isConnected: true, append: vi.fn() };
  const element = put(there, true);
  expect(there.append).toHaveBeenCalledWith(element);
});
