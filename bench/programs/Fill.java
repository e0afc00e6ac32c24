import java.util.ArrayList;

/** Fills a heap, drops it and fills it again. */
class Fill {
  public static void main(String[] arguments) throws InterruptedException {
    for (int round = 0; round < 3; round++) {
      var held = new ArrayList<byte[]>();
      for (int number = 0; number < 2400; number++) {
        var part = new byte[1 << 16];
        java.util.Arrays.fill(part, (byte) number);
        held.add(part);
      }
      Thread.sleep(200);
    }
  }
}
