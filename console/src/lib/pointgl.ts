/** The map drawn by the graphics processor: one buffer, one call per layer. */

import { dotOf, DRAWN, Ink, ringOf, ringsFrom, type Renderer, type Scene } from "./scene";

const VERTEX = `#version 300 es
in vec2 place;
in vec3 look; // palette index, layer, ring
uniform vec2 middle;
uniform vec2 stretch;
uniform float size;
uniform float layer; // rings: negative, the lowest layer that has them
uniform sampler2D palette;
out vec4 colour;
void main() {
  bool shown = layer < 0.0 ? look.z > 0.5 && look.y >= -layer : look.y == layer;
  if (!shown || isnan(place.x) || isnan(place.y)) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); gl_PointSize = 1.0; return; }
  gl_Position = vec4((place - middle) * stretch, 0.0, 1.0);
  gl_PointSize = size + 2.0;
  colour = texelFetch(palette, ivec2(layer < 0.0 ? ${Ink.Ring} : int(look.x), 0), 0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec4 colour;
uniform float size;
uniform float line;
uniform float alpha;
out vec4 painted;
void main() {
  float distance = length(gl_PointCoord - 0.5) * (size + 2.0);
  float off = line > 0.0 ? abs(distance - size / 2.0 + line / 2.0) - line / 2.0 : distance - size / 2.0;
  float cover = clamp(0.5 - off, 0.0, 1.0) * alpha;
  if (cover <= 0.0) discard;
  painted = vec4(colour.rgb * cover, cover);
}`;

const SOFTWARE = /swiftshader|llvmpipe|software|softpipe|basic render/i;

/** Whether this browser has a graphics processor to draw with. */
export function hasGraphics(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return false;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !SOFTWARE.test(name);
}

function compiled(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}

/** The back end for machines with a graphics processor; null where it cannot be had. */
export function glRenderer(canvas: HTMLCanvasElement): Renderer | null {
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, preserveDrawingBuffer: true });
  const program = gl && compiled(gl);
  if (!gl || !program) return null;
  const places = gl.createBuffer();
  const looks = gl.createBuffer();
  const texture = gl.createTexture();
  const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const at = { middle: uniform("middle"), stretch: uniform("stretch"), size: uniform("size"), line: uniform("line"), alpha: uniform("alpha"), layer: uniform("layer") };
  let placed: Float32Array | null = null;
  let last: Scene | null = null;
  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  const attribute = (name: string, buffer: WebGLBuffer | null, size: number, type: number): void => {
    const location = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, type, false, 0, 0);
  };
  attribute("place", places, 2, gl.FLOAT);
  attribute("look", looks, 3, gl.UNSIGNED_BYTE);

  function upload(scene: Scene): void {
    if (placed !== scene.xy) {
      const ordered = new Float32Array(2 * scene.n);
      for (let k = 0; k < scene.n; k += 1) {
        const i = scene.order[k]!;
        ordered[2 * k] = scene.xy[2 * i]!;
        ordered[2 * k + 1] = scene.xy[2 * i + 1]!;
      }
      gl!.bindBuffer(gl!.ARRAY_BUFFER, places);
      gl!.bufferData(gl!.ARRAY_BUFFER, ordered, gl!.STATIC_DRAW);
      placed = scene.xy;
    }
    const told = new Uint8Array(3 * scene.n);
    for (let k = 0; k < scene.n; k += 1) {
      const i = scene.order[k]!;
      told[3 * k] = scene.paint[i]!;
      told[3 * k + 1] = scene.layer[i]!;
      told[3 * k + 2] = scene.ring[i]!;
    }
    gl!.bindBuffer(gl!.ARRAY_BUFFER, looks);
    gl!.bufferData(gl!.ARRAY_BUFFER, told, gl!.DYNAMIC_DRAW);
    last = scene;
  }

  return {
    draw({ scene, view, width, height, ratio, palette, ground }) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(ground[0] / 255, ground[1] / 255, ground[2] / 255, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      if (last !== scene) upload(scene);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, palette.length / 4, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, palette);
      gl.uniform2f(at.middle, view.x, view.y);
      gl.uniform2f(at.stretch, (2 * view.scale) / width, (2 * view.scale) / height);
      for (const layer of DRAWN) {
        const { diameter, alpha } = dotOf(layer, scene);
        gl.uniform1f(at.layer, layer);
        gl.uniform1f(at.size, diameter * ratio);
        gl.uniform1f(at.line, 0);
        gl.uniform1f(at.alpha, alpha);
        gl.drawArrays(gl.POINTS, 0, scene.n);
      }
      gl.uniform1f(at.layer, -ringsFrom(scene));
      const ring = ringOf(scene);
      gl.uniform1f(at.size, ring.diameter * ratio);
      gl.uniform1f(at.line, ring.line * ratio);
      gl.uniform1f(at.alpha, ring.alpha);
      gl.drawArrays(gl.POINTS, 0, scene.n);
    },
    free() {
      gl.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}
